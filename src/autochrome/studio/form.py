"""Read one file and text fields from a body of multipart/form-data, as `curl -F` sends it, while it arrives."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from autochrome.studio.errors import StudioError, TooLarge

_FIELDS = 64  # of one form
_FIELD_BYTES = 2_000_000  # of all its text fields


class BadForm(StudioError):
    """A body that says it is a form, and is none."""


def is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


@dataclass
class _Part:
    """One part of the form: a file, or a text field."""

    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    is_file: bool = False


class FormReader:
    """`file_chunks` gives the bytes of the file. After its end, `fields` and `file_name` are complete."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise BadForm(
                "The form has no boundary in its Content-Type; send it with a tool such as curl -F."
            )
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._chunks = chunks
        self._part = _Part()
        self._header = ""  # name of the current header
        self._values: dict[str, bytearray] = {}
        self._file: list[bytes] = []  # that has arrived, and is not given out yet
        self._files, self._size, self._complete = 0, 0, False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_begin": self._begin_header,
                "on_header_field": self._take_header_name,
                "on_header_value": self._take_header_value,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._take_data,
                "on_end": self._end,
            },
        )

    async def file_chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the only file. Reads the form to its end."""
        async for chunk in self._chunks:
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise BadForm(f"The form cannot be read ({error}).") from error
            for data in self._file:
                yield data
            self._file.clear()
        if not self._complete:
            raise BadForm("The form ends too early; send it again.")
        try:
            self.fields = {name: value.decode() for name, value in self._values.items()}
        except UnicodeDecodeError as error:
            raise BadForm("A field of the form is not UTF-8.") from error

    def _begin_part(self) -> None:
        self._part = _Part()

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].decode("latin-1").lower()

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        headers, name = self._part.headers, self._header
        headers[name] = headers.get(name, "") + data[start:end].decode("latin-1")

    def _begin_header(self) -> None:
        self._header = ""

    def _end_headers(self) -> None:
        options: dict[bytes, bytes] = parse_options_header(self._part.headers.get("content-disposition", ""))[
            1
        ]
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        self._part.is_file = b"filename" in options
        if self._part.is_file:
            self._files += 1
            self.file_name = options[b"filename"].decode("utf-8", "replace")
            if self._files > 1:
                raise BadForm("The form has several files; send one at a time.")
            return
        if self._part.name in self._values or len(self._values) >= _FIELDS:
            raise BadForm(f"The field {self._part.name!r} is there twice, or there are too many fields.")
        self._values[self._part.name] = bytearray()

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self._file.append(bytes(data[start:end]))
            return
        self._size += end - start
        if self._size > _FIELD_BYTES:
            raise TooLarge(f"The fields of the form are larger than the limit of {_FIELD_BYTES / 1e6:g} MB.")
        self._values[self._part.name] += data[start:end]

    def _end(self) -> None:
        self._complete = True
