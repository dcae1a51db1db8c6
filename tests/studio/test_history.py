"""The history of a project: every change is a step, on disk, and can be undone."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from autochrome.studio import history
from autochrome.studio.changes import apply_changes, find_changes
from autochrome.studio.errors import WrongState
from filmmaking import make_film
from studiohelp import OpenStudio, project_path

STROKE = {"path": [[0.1, 0.1], [0.4, 0.1]], "color": "#3c62b8", "width": 0.05}
POINT = {"x": 0.5, "y": 0.5, "color": "#b83a32"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200)
@given(JSON, JSON)
def test_changes_lead_from_one_value_to_the_other_and_back(before: Any, after: Any):
    before, after = {"value": before}, {"value": after}
    changes = [*find_changes(before, after)]
    assert apply_changes(before, changes) == after
    assert apply_changes(after, [change.reverse for change in changes[::-1]]) == before


def test_a_change_does_not_fit_another_value():
    changes = [*find_changes({"a": [1, 2, 3]}, {"a": [1, 3]})]
    with pytest.raises(WrongState, match="changed by another program"):
        apply_changes({"a": [1, 4, 3]}, changes)


def labels(client: TestClient, project: str) -> list[str]:
    return [step["label"] for step in client.get(f"{project}/history").json()["steps"]]


def go_to(client: TestClient, project: str, done: int) -> dict[str, Any]:
    response = client.put(f"{project}/history", json={"done": done})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_marks_and_settings_of_a_photo_are_undone_in_order_after_a_restart(
    open_studio: OpenStudio, client: TestClient, photo: str
):
    client.put(f"{photo}/hints", json={"version": 1, "strokes": [STROKE]})
    client.patch(photo, json={"settings": {"vivid": 1.4}})
    client.put(f"{photo}/hints", json={"version": 1, "strokes": [STROKE], "points": [POINT]})
    client.put(f"{photo}/hints", json={"version": 1, "strokes": [STROKE], "points": [POINT]})  # no change
    client.patch(photo, json={"name": "other.jpg"})  # no step: it changes no colour
    assert labels(client, photo) == ["Stroke", "Vivid 1.4", "Point"]

    client = open_studio()
    assert client.get(f"{photo}/history").json()["done"] == 3
    revision = client.get(photo).json()["revision"]
    work = go_to(client, photo, 2)
    assert not work["hints"]["points"]
    assert len(work["hints"]["strokes"]) == 1
    assert work["project"]["revision"] > revision
    assert go_to(client, photo, 1)["project"]["settings"] == {}
    assert not go_to(client, photo, 0)["hints"]["strokes"]
    work = go_to(client, photo, 3)
    assert work["project"]["settings"] == {"vivid": 1.4}
    assert client.get(f"{photo}/hints").json() == {"version": 1, "strokes": [STROKE], "points": [POINT]}

    go_to(client, photo, 1)
    client.put(f"{photo}/hints", json={"version": 1})  # a new step drops those that were undone
    assert labels(client, photo) == ["Stroke", "Stroke removed"]
    assert client.put(f"{photo}/history", json={"done": 3}).status_code == 409


def test_a_step_of_a_film_names_its_frame(client: TestClient, tmp_path: Path):
    make_film(tmp_path / "film.mp4")
    content = (tmp_path / "film.mp4").read_bytes()
    project = project_path(client.post("/api/projects?name=film.mp4", content=content))
    client.put(f"{project}/shots", json=[{"first": 0}])
    frames = [{"frame": 3, "points": [POINT]}, {"frame": 7, "strokes": [STROKE]}]
    client.put(f"{project}/hints", json={"version": 1, "frames": frames[:1]})
    client.put(f"{project}/hints", json={"version": 1, "frames": frames})
    client.put(f"{project}/shots", json=[{"first": 0}, {"first": 5}])
    frames = [{"frame": 3, "points": [POINT, POINT | {"x": 0.2}]}, frames[1]]
    client.put(f"{project}/hints", json={"version": 1, "frames": frames})
    steps = client.get(f"{project}/history").json()["steps"]
    found = [(step["label"], step["part"], step.get("frame")) for step in steps]
    assert found == [("Point", "marks", 3), ("Stroke", "marks", 7), ("Cut", "cuts", 5), ("Point", "marks", 3)]
    assert [shot["first"] for shot in go_to(client, project, 2)["project"]["film"]["shots"]] == [0]
    assert [key["frame"] for key in go_to(client, project, 1)["hints"]["frames"]] == [3]


def test_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "_BYTES", 5000)
    states: list[history.State] = [{"settings": {"format": "x" * 1000 + str(n)}} for n in range(20)]
    for before, after in pairwise(states):
        history.record_step(tmp_path, before, after, film=False)
    assert (tmp_path / "history.json").stat().st_size <= 5000
    info = history.read_history(tmp_path)
    assert 0 < info.done == len(info.steps) < 10
    assert history.go_to_step(tmp_path, states[-1], 0) == states[-1 - info.done]


def test_a_version_is_kept_and_restored_as_one_step(client: TestClient, photo: str):
    client.put(f"{photo}/hints", json={"version": 1, "strokes": [STROKE]})
    client.patch(photo, json={"settings": {"vivid": 1.4}})
    version = client.post(f"{photo}/versions", json={"name": "Blue coat"}).json()
    assert version["settings"] == {"vivid": 1.4}
    client.put(f"{photo}/hints", json={"version": 1})
    client.patch(photo, json={"settings": {}})
    work = client.post(f"{photo}/versions/{version['id']}/restore").json()
    assert work["project"]["settings"] == {"vivid": 1.4}
    assert len(work["hints"]["strokes"]) == 1
    assert labels(client, photo)[-1] == "Version Blue coat"
    assert go_to(client, photo, 4)["project"]["settings"] == {}
    assert [each["name"] for each in client.get(f"{photo}/versions").json()] == ["Blue coat"]
    assert client.delete(f"{photo}/versions/{version['id']}").status_code == 204
    assert client.post(f"{photo}/versions/{version['id']}/restore").status_code == 404
