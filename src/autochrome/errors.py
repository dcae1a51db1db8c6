"""All errors, as one tree. Each has an exit code. Its message says what is wrong with which thing, and what to do.

AutochromeError                 1   an unexpected error
├── UsageError                  2   an option or argument is invalid
├── InputError                 10   an input cannot be read
│   ├── InputMissing           11   no such file
│   ├── InputUnreadable        12   it exists, but cannot be opened
│   ├── InputEmpty             13   no bytes, or no pixels
│   ├── NotAPicture            14   not a known picture format
│   ├── PictureDamaged         15   truncated or corrupt
│   ├── PictureTooLarge        16   more pixels than the limit
│   ├── NothingFound           17   a folder or archive without any input
│   ├── NotAFilm               18   not a known film format, or no video stream
│   └── FilmDamaged            19   truncated or corrupt, no frame can be read
├── OutputError                20   the result cannot be written
│   ├── OutputNotWritable      21   folder missing, read-only, or an unsupported name
│   ├── OutputExists           22   the output exists already
│   ├── DiskFull               23   no space left
│   ├── SameFile               24   the output would replace its own input
│   └── OutputBusy             25   another run is writing it now
├── ModelError                 30   the model cannot be used
│   ├── ModelUnknown           31   no such name or file
│   ├── ModelUnusable          32   not ONNX, or an unknown interface
│   └── ModelOutputInvalid      33   its output is invalid (wrong shape, NaN)
├── HintsError                 40   the hints are invalid
├── ExtraMissing               50   an optional package is not installed
├── NoMemory                   51   not enough memory
├── SigningFailed              52   the certificate or its key cannot sign, or a result could not be signed
├── ClusterError               53   work on a cluster is not possible
│   ├── ClusterUnreachable     54   no cluster at this address, or none of its nodes can work
│   ├── PathNotShared          55   a node does not see a path
│   ├── WorkerUnusable         56   a node cannot begin: another version, or a missing library
│   └── UnitSetAside           57   a file or part that ended its worker twice
├── BatchIncomplete            60   some files of a batch failed
├── FinishedWithLosses         61   the result is written, but parts of a damaged input are missing in it
├── ProofMismatch              62   a film is not what its proof says
└── LabError                   70   training or export failed
    ├── RecipeError            71   the recipe is invalid
    ├── CheckpointError        72   a checkpoint is damaged or does not fit
    ├── TrainingDiverged       73   the loss is NaN or infinite
    └── ExportMismatch         74   the exported model differs from the trained one
"""

from typing import ClassVar


class AutochromeError(Exception):
    """The message is one sentence for the user: what is wrong with which thing, and what to do."""

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


class OutputBusy(OutputError):
    exit_code = 25


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


class SigningFailed(AutochromeError):
    exit_code = 52


class ClusterError(AutochromeError):
    exit_code = 53


class ClusterUnreachable(ClusterError):
    exit_code = 54


class PathNotShared(ClusterError):
    exit_code = 55


class WorkerUnusable(ClusterError):
    exit_code = 56


class UnitSetAside(ClusterError):
    exit_code = 57


class BatchIncomplete(AutochromeError):
    exit_code = 60


class FinishedWithLosses(AutochromeError):
    exit_code = 61


class ProofMismatch(AutochromeError):
    exit_code = 62


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
