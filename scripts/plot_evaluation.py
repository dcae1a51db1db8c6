"""Draws the first plot of an evaluation, PSNR against colourfulness, as an SVG file for the documents.

autochrome evaluate tint check-world.zip --vivid 0.25,0.5,0.75,1,1.25,1.5,2 --json vivid.json
python scripts/plot_evaluation.py vivid.json docs/images/training/vividness-2.svg
"""

import sys
from pathlib import Path

from autochrome.evaluate.charts import draw_svg_file
from autochrome.evaluate.photo_report import evaluation_plots
from autochrome.evaluate.results import Evaluation


def main() -> None:
    """Read the figures that the command line names, and write the plot."""
    report, target = (Path(argument) for argument in sys.argv[1:])
    evaluation = Evaluation.model_validate_json(report.read_bytes())
    target.write_text(draw_svg_file(evaluation_plots(evaluation)[0]))


if __name__ == "__main__":
    main()
