from collections.abc import Sequence
from typing import Any

import wtforms
from werkzeug.datastructures import FileStorage

class FileField(wtforms.FileField):
    data: FileStorage | None

class FileRequired:
    def __init__(self, message: str | None = ...) -> None: ...
    def __call__(self, form: Any, field: Any) -> None: ...

class FileAllowed:
    def __init__(self, upload_set: Sequence[str], message: str | None = ...) -> None: ...
    def __call__(self, form: Any, field: Any) -> None: ...

class FileSize:
    def __init__(self, max_size: int, min_size: int = ..., message: str | None = ...) -> None: ...
    def __call__(self, form: Any, field: Any) -> None: ...
