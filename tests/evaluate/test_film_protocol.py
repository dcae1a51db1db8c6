import av
import numpy as np
import pytest
from skimage import data

from autochrome.errors import FilmDamaged, InputMissing
from autochrome.evaluate.film_protocol import evaluate_film
from autochrome.evaluate.film_report import film_table, shot_table, summary_table
from autochrome.evaluate.film_results import FilmEvaluation
from autochrome.media.films.rgb_frames import read_rgb_frames
from autochrome.model import open_model
from autochrome.options import FilmOptions
from tolerances import TOLERANCES

FRAMES, HEIGHT, WIDTH = 24, 96, 128


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A slow pan over a colour picture."""
    path = tmp_path_factory.mktemp("film") / "pan.mkv"
    picture = data.coffee()[100 : 100 + 2 * HEIGHT : 2, ::2]
    with av.open(path, "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = HEIGHT, WIDTH, "yuv444p"
        for i in range(FRAMES):
            frame = np.ascontiguousarray(picture[:, 2 * i : 2 * i + WIDTH])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        out.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def result(film, tiny_model):
    options = FilmOptions(size=64)
    return evaluate_film(film, open_model(tiny_model), name="tiny", size=64, options=options)


def test_a_film_as_rgb_frames(film):
    pictures = list(read_rgb_frames(film, 48))
    assert len(pictures) == FRAMES
    assert {p.shape for p in pictures} == {(48, 64, 3)}
    expected = data.coffee()[100 : 100 + 2 * HEIGHT : 2, ::2][:, :WIDTH].mean((0, 1))
    assert np.abs(pictures[0].mean((0, 1)) - expected).max() < 4
    assert next(read_rgb_frames(film, 1000)).shape == (HEIGHT, WIDTH, 3)  # never enlarged


def test_a_missing_or_damaged_film(tmp_path):
    with pytest.raises(InputMissing):
        next(read_rgb_frames(tmp_path / "none.mp4", 64))
    (tmp_path / "options.mp4").write_text("no film")
    with pytest.raises(FilmDamaged, match="options"):
        next(read_rgb_frames(tmp_path / "options.mp4", 64))


def test_the_rows_of_a_film(result):
    rows = {row.name: row for row in result.rows}
    grey, truth = rows["grey"], rows["truth"]
    assert result.frames == FRAMES
    assert grey.warped_error < 0.01
    assert grey.colorfulness_share < 1
    assert truth.psnr == 60
    assert truth.colorfulness_share == 100
    assert 0 < truth.warped_error < 8
    assert truth.cdc > 0
    for name in ("model, steady", "model, frame by frame", "model, first frame given"):
        assert rows[name].over_grey == pytest.approx(rows[name].psnr - grey.psnr)
        assert rows[name].warped_error > grey.warped_error


def test_a_film_with_vivid_0_is_grey(film, tiny_model):
    options = FilmOptions(size=64, vivid=0)
    result = evaluate_film(film, open_model(tiny_model), name="tiny", size=64, limit=8, options=options)
    rows = {row.name: row for row in result.rows}
    assert result.frames == 8
    assert rows["model, steady"].psnr == pytest.approx(
        rows["grey"].psnr, abs=TOLERANCES["grey of Y′ against grey of L*"]
    )


def test_the_first_frame_helps_most_at_the_start(result):
    given, steady = result.row("model, first frame given"), result.row("model, steady")
    assert given.over_grey_start > steady.over_grey_start
    assert given.over_grey_start >= given.over_grey_end


def test_one_row_for_each_film_and_one_for_all(result):
    rows = [row.model_copy(update={"over_grey": row.over_grey + 2}) for row in result.rows]
    better = result.model_copy(update={"film": "better.mkv", "rows": rows})
    table = summary_table([result, better])
    assert [row[0] for row in table.rows] == ["pan.mkv", "better.mkv", "all"]
    gains = [float(row[table.columns.index("over grey")]) for row in table.rows]
    assert gains[2] == pytest.approx(np.mean(gains[:2]), abs=0.011)
    assert table.rows[0][3:9] == table.rows[2][3:9]  # the same in both films
    assert [row[0] for row in summary_table([result]).rows] == ["pan.mkv"]


def test_the_ends_of_shots(result):
    (shot,) = result.shots
    assert (shot.first, shot.frames) == (0, FRAMES)
    truth = shot.ways["truth"]
    assert (truth.psnr, truth.drift) == (60, 0)
    steady = next(row for row in result.rows if row.name == "model, steady")
    assert shot.ways["model, steady"].psnr == pytest.approx(steady.psnr, abs=1)
    assert truth.colorfulness_start != truth.colorfulness_end
    (row,) = shot_table(result).rows
    assert row[:2] == ["from 0", str(FRAMES)]
    assert all(80 < float(cell) < 125 for cell in row[-2:])


def test_the_table_and_the_json_of_a_film(result):
    table = film_table(result)
    assert [row[0] for row in table.rows] == [
        "grey", "truth", "model, steady", "model, frame by frame", "model, first frame given",
    ]  # fmt: skip
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert FilmEvaluation.model_validate_json(result.model_dump_json()) == result


def test_films_on_the_command_line(autochrome, film, tiny_model, tmp_path):
    page = tmp_path / "page.html"
    options = ("--size", 64, "--limit", 8, "--html", page, "--json", tmp_path / "o.json")
    ran = autochrome("evaluate", tiny_model, film, *options)
    assert ran.code == 0, ran.err
    assert "warped error" in ran.out
    assert "frame by frame" in page.read_text()
    assert autochrome("evaluate", "baselines", film).code == 2
