"""Learn colours in the browser: from the selected projects to a job in the queue."""

import numpy as np
import skimage.data

from browsing import accessibility_problems, fetch_json, needs_browser, open_library, wait_until

pytestmark = needs_browser


def test_selected_pictures_are_learnt_from(tmp_path):
    photograph = np.asarray(skimage.data.astronaut())
    pictures = {"one.jpg": photograph[:256], "two.jpg": photograph[256:]}
    with open_library(tmp_path, pictures, quality=90) as page:
        for name in pictures:
            page.get_by_role("checkbox", name=f"Select {name}").check()
        page.get_by_role("button", name="Learn colours").click()
        dialog = page.get_by_role("dialog", name="Learn the colours of a series")
        assert not accessibility_problems(page)
        dialog.get_by_label("Name of the new model").fill("../bad")
        dialog.get_by_role("button", name="Start").click()
        assert dialog.is_visible()
        dialog.get_by_label("Name of the new model").fill("Series 1")
        dialog.get_by_label("Minutes, at most").fill("2")
        dialog.get_by_role("button", name="Start").click()
        page.get_by_role("button", name="Open the queue").click()
        row = page.get_by_role("listitem").filter(has_text="Model Series 1")
        row.wait_for()
        assert "Learn colours" in row.inner_text()
        (job,) = [each for each in fetch_json(page, "/jobs") if each["what"] == "adapt"]
        assert job["adapt"]["minutes"] == 2
        assert len(job["adapt"]["projects"]) == 2
        row.get_by_role("button", name="Cancel").click()
        wait_until(lambda: fetch_json(page, f"/jobs/{job['id']}")["state"] == "cancelled")
