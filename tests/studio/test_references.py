"""References over HTTP: upload, picture, match; the export of a photograph uses them."""

import numpy as np
import skimage.data
from starlette.testclient import TestClient

from pictures import pil
from studiohelp import project_path, wait_for_end

COFFEE = skimage.data.coffee()


def test_a_photograph_has_references_with_a_match_and_exports_with_them(client: TestClient):
    grey = pil(np.ascontiguousarray(COFFEE[..., 1]), "png")
    path = project_path(client.post("/api/projects?name=grey.png", content=grey))
    plain = client.get(f"{path}/view?pixels=150x100").content
    names = [
        client.post(f"{path}/pictures", content=pil(np.ascontiguousarray(picture), "png")).json()["name"]
        for picture in (COFFEE, skimage.data.chelsea())
    ]
    hints = {"version": 1, "references": [{"file": name} for name in names]}
    assert client.put(f"{path}/hints", json=hints).status_code == 200
    assert client.get(f"{path}/history").json()["steps"][-1]["label"] == "Reference"
    first, second = client.get(f"{path}/matches").json()
    assert first["share"] > 0.4
    assert (first["matches"], second["matches"]) == (True, False)
    assert client.get(f"{path}/view?pixels=150x100").content != plain
    assert client.get(f"{path}/pictures/{names[0]}").headers["content-type"] == "image/jpeg"
    assert client.get(f"{path}/pictures/source.png").status_code == 404

    job = wait_for_end(client, client.post(f"{path}/export").json())
    assert job["state"] == "done", job
    unknown = {"version": 1, "references": [{"file": "reference-00000000.png"}]}
    assert client.put(f"{path}/hints", json=unknown).status_code == 422
