"""Everything that can go wrong, as one tree. Each error knows its exit code and says what to do.

AutochromeError                 1   something we did not foresee
├── UsageError                  2   an option or argument does not make sense
├── InputError                 10   what was given cannot be read
│   ├── InputMissing           11   no such file
│   ├── InputUnreadable        12   it is there, but may not be opened
│   ├── InputEmpty             13   zero bytes, or a picture without pixels
│   ├── NotAPicture            14   the bytes are no picture we know
│   ├── PictureDamaged         15   truncated or corrupt
│   ├── PictureTooLarge        16   more pixels than the limit allows
│   ├── NothingFound           17   a folder or archive without anything to work on
│   ├── NotAFilm               18   the bytes are no film we know, or a film without pictures
│   └── FilmDamaged            19   truncated or corrupt, and nothing of it can be read
├── OutputError                20   the result cannot be kept
│   ├── OutputNotWritable      21   folder missing, read-only, or a name we cannot write
│   ├── OutputExists           22   something stands there already
│   ├── DiskFull               23   no room left
│   └── SameFile               24   the output would replace its own input
├── ModelError                 30   the network cannot be used
│   ├── ModelUnknown           31   no such name or file
│   ├── ModelUnusable          32   not ONNX, or an interface we do not know
│   └── ModelOutputInvalid      33   it ran, and answered nonsense (wrong shape, NaN)
├── HintsError                 40   the hints file is wrong
├── ExtraMissing               50   a feature whose optional packages are not installed
├── NoMemory                   51   the machine has not enough memory
├── BatchIncomplete            60   some of the files failed, the rest are done
└── LabError                   70   building or training a model failed
    ├── RecipeError            71   the recipe or one of its settings is wrong
    ├── CheckpointError        72   a checkpoint does not fit, or is damaged
    ├── TrainingDiverged       73   NaN or infinity in the loss
    └── ExportMismatch         74   the exported network does not answer as the trained one
"""

from typing import ClassVar


class AutochromeError(Exception):
    """One sentence for the person: what was wrong with which thing, and what to do."""

    exit_code: ClassVar[int] = 1


class UsageError(AutochromeError):
    exit_code = 2


class InputError(AutochromeError):
    exit_code = 10


class InputMissing(InputError):
    exit_code = 11


class InputUnreadable(InputError):
    exit_code = 12


class InputEmpty(InputError):
    exit_code = 13


class NotAPicture(InputError):
    exit_code = 14


class PictureDamaged(InputError):
    exit_code = 15


class PictureTooLarge(InputError):
    exit_code = 16


class NothingFound(InputError):
    exit_code = 17


class NotAFilm(InputError):
    exit_code = 18


class FilmDamaged(InputError):
    exit_code = 19


class OutputError(AutochromeError):
    exit_code = 20


class OutputNotWritable(OutputError):
    exit_code = 21


class OutputExists(OutputError):
    exit_code = 22


class DiskFull(OutputError):
    exit_code = 23


class SameFile(OutputError):
    exit_code = 24


class ModelError(AutochromeError):
    exit_code = 30


class ModelUnknown(ModelError):
    exit_code = 31


class ModelUnusable(ModelError):
    exit_code = 32


class ModelOutputInvalid(ModelError):
    exit_code = 33


class HintsError(AutochromeError):
    exit_code = 40


class ExtraMissing(AutochromeError):
    exit_code = 50


class NoMemory(AutochromeError):
    exit_code = 51


class BatchIncomplete(AutochromeError):
    exit_code = 60


class LabError(AutochromeError):
    exit_code = 70


class RecipeError(LabError):
    exit_code = 71


class CheckpointError(LabError):
    exit_code = 72


class TrainingDiverged(LabError):
    exit_code = 73


class ExportMismatch(LabError):
    exit_code = 74
