import av
import numpy as np
import pytest
from skimage import data
from skimage.color import rgb2gray

from autochrome.errors import ExtraMissing
from autochrome.evaluate.cut_scores import CutScore, score_cuts
from autochrome.evaluate.metrics import ssim
from autochrome.film.scenes import DEFAULT, DETECTORS, find_cuts, mark_cuts
from autochrome.film.scenes.continuity import detail, similarity
from autochrome.film.scenes.techniques import level_histogram, structure, windowed
from films_with_cuts import DEFECTS, MOVES, make_film_with_cuts, make_films_with_cuts
from tolerances import TOLERANCES

NAMES = ("astronaut", "coffee", "chelsea", "camera", "rocket", "coins", "clock", "immunohistochemistry")


def grey(name):
    picture = getattr(data, name)()
    small = picture[::2, ::2]
    return small if small.ndim == 2 else np.rint(255 * rgb2gray(small)).astype(np.uint8)


@pytest.fixture(scope="module")
def pictures():
    return [grey(name) for name in NAMES]


@pytest.fixture(scope="module")
def films(pictures):
    return make_films_with_cuts(pictures, seed=3)


def make(name):
    try:
        return DETECTORS[name]()
    except ExtraMissing as missing:
        pytest.skip(str(missing))


def test_made_films_are_what_they_say(films):
    names = [film.name for film in films]
    assert len(set(names)) == len(names) == len(MOVES) + len(DEFECTS) + 1
    for film in films:
        assert len(film.truth.cuts) + len(film.truth.gradual) == len(NAMES) - 1
        assert all(
            first <= last < len(film.frames) for first, last in (*film.truth.spans, *film.truth.gradual)
        )
        assert len({frame.shape for frame in film.frames}) == 1


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_finds_plain_cuts(name, films):
    result = find_cuts(films[0].frames, make(name))
    found = score_cuts(result.cuts, films[0].truth)
    assert found.recall >= 0.7
    assert found.precision == 1
    assert len(result.scores) == len(films[0].frames)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_film_without_cuts_has_none(name, pictures):
    assert find_cuts(make_film_with_cuts("one", pictures[:1], 0).frames, make(name)).cuts == []


@pytest.mark.parametrize("name", DETECTORS)
def test_no_detector_answers_later_than_it_says(name, films):
    detector = make(name)
    named = []
    for number, frame in enumerate(films[0].frames):
        late = [number - cut for cut in detector.process_frame(frame)]
        assert all(0 <= frames <= detector.lookahead for frames in late)
        named += late
    assert named


@pytest.mark.parametrize("name", DETECTORS)
def test_an_empty_film_and_a_film_of_one_frame(name):
    assert find_cuts([], make(name)).cuts == []
    assert find_cuts([np.zeros((20, 30), np.uint8)], make(name)).cuts == []


@pytest.mark.parametrize("shape", [(1, 1), (2, 128), (128, 3), (96, 128), (37, 51)])
@pytest.mark.parametrize("name", [name for name in DETECTORS if name != "pyscenedetect"])
def test_any_size_of_frame(name, shape):
    dice = np.random.default_rng(0)
    frames = [dice.integers(0, 256, shape, np.uint8) for _ in range(3)] * 4
    assert all(0 < cut < 12 for cut in find_cuts(frames, make(name)).cuts)


def test_ours_is_right_on_every_difficulty(films):
    total = CutScore(0, 0, 0)
    for film in films:
        total += score_cuts(find_cuts(film.frames, DETECTORS[DEFAULT]()).cuts, film.truth)
    assert total.f1 >= TOLERANCES["f1 of scene cuts, made films"]


@pytest.mark.parametrize("fault", ["flashes", "pan", "fast pan", "dropouts", "noise"])
def test_ours_makes_no_cut_up(films, fault):
    film = next(film for film in films if film.name == fault)
    found = score_cuts(find_cuts(film.frames, DETECTORS[DEFAULT]()).cuts, film.truth)
    assert found.false == 0
    assert found.recall > 0.8  # one of the pictures has less detail than the noise


def test_a_flash_on_a_cut_is_one_cut(pictures):
    film = make_film_with_cuts("plain", pictures[:2], 0)
    cut = film.truth.spans[0][0]
    frames = film.frames.copy()
    frames[cut] = np.full_like(frames[cut], 250)
    assert find_cuts(frames, DETECTORS[DEFAULT]()).cuts == [cut + 1]


def test_a_scene_that_comes_back_from_black_is_the_same_scene(pictures):
    frames = make_film_with_cuts("one", pictures[:1], 0).frames
    black = [np.zeros_like(frames[0])] * 40
    assert find_cuts(frames[:20] + black + frames[20:], DETECTORS[DEFAULT]()).cuts == []
    other = make_film_with_cuts("other", pictures[1:2], 0).frames
    assert find_cuts(frames[:20] + black + other, DETECTORS[DEFAULT]()).cuts == [60]


def test_a_cut_near_the_end_is_found_when_the_film_is_over(pictures):
    film = make_film_with_cuts("two", pictures[:2], 0)
    cut = film.truth.spans[0][0]
    assert find_cuts(film.frames[: cut + 2], DETECTORS[DEFAULT]()).cuts == [cut]


def test_similarity_follows_the_camera(pictures):
    picture = pictures[0]
    here, there = (detail(picture[20:180, x : x + 180]) for x in (10, 60))
    assert similarity(here, there) > 0.8
    assert similarity(here, detail(pictures[1][20:180, 10:190])) < 0.5
    assert similarity(here, detail(np.uint8(0.5 * picture[20:180, 10:190] + 100))) > 0.95


def test_mark_cuts_holds_back_no_more_than_it_must(films):
    film, detector = films[0], DETECTORS[DEFAULT]()
    taken = []

    def items():
        for number, frame in enumerate(film.frames):
            taken.append(number)
            yield number, frame

    marked = []
    for (number, _), begins in mark_cuts(items(), detector, lambda item: item[1]):
        assert len(taken) - 1 - number <= detector.lookahead
        marked.append((number, begins))
    assert [number for number, _ in marked] == list(range(len(film.frames)))
    cuts = find_cuts(film.frames, DETECTORS[DEFAULT]()).cuts
    assert [number for number, begins in marked if begins] == [0, *cuts]


def test_the_histogram_of_grey_levels_can_fire(films):
    """Taken over hue and saturation, as it once was, it is the same for every grey frame: no cut is ever found."""
    from skimage.color import rgb2hsv

    film = films[0]
    cut = film.truth.spans[0][0]
    before, after = film.frames[cut - 1], film.frames[cut]
    hue_and_saturation = [rgb2hsv(np.repeat(frame[..., None], 3, 2))[..., :2] for frame in (before, after)]
    assert np.array_equal(*hue_and_saturation)
    assert float(level_histogram(before) @ level_histogram(after)) < 0.997
    assert float(level_histogram(before) @ level_histogram(before)) == pytest.approx(1)
    assert score_cuts(find_cuts(film.frames, DETECTORS["thesis"]()).cuts, film.truth).recall == 1


def test_histogram_correlation_is_the_correlation_of_the_counts(pictures):
    one, other = pictures[0], pictures[1]
    counts = [np.bincount(picture.ravel(), minlength=256) for picture in (one, other)]
    assert float(level_histogram(one) @ level_histogram(other)) == pytest.approx(
        np.corrcoef(*counts)[0, 1], abs=1e-5
    )


def test_ssim_of_every_second_window_is_nearly_ssim(films):
    for film in films[:3]:
        for before, after in zip(film.frames[:60:7], film.frames[1:61:7], strict=True):
            expected = ssim(before, after)
            assert structure(windowed(before), windowed(after)) == pytest.approx(
                expected, abs=TOLERANCES["ssim of every second window"]
            )


def test_scdet_is_ffmpegs(films):
    frames = films[-1].frames[:60]
    graph = av.filter.Graph()
    height, width = frames[0].shape
    source = graph.add_buffer(width=width, height=height, format="gray", time_base="1/25")
    nodes = [source, graph.add("scdet", "t=10"), graph.add("buffersink")]
    graph.link_nodes(*nodes).configure()
    theirs = []
    for number, frame in enumerate(frames):
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "gray")
        picture.pts = number
        nodes[0].push(picture)
        theirs.append(float(nodes[-1].pull().metadata["lavfi.scd.score"]))
    ours = find_cuts(frames, DETECTORS["scdet"]()).scores
    assert ours[1:] == pytest.approx(theirs[1:], abs=2e-3)  # theirs are printed with three digits
