"""The part of Flask-WTF that is used here: it ships no types of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from .csrf import CSRFProtect as CSRFProtect

class FlaskForm(Form):
    csrf_token: HiddenField
    def __init__(
        self,
        formdata: MultiDict[str, Any] | None = ...,
        *,
        obj: object = ...,
        prefix: str = ...,
        data: Mapping[str, Any] | None = ...,
        meta: Mapping[str, Any] | None = ...,
        **kwargs: Any,
    ) -> None: ...
    def is_submitted(self) -> bool: ...
    def validate_on_submit(
        self, extra_validators: Mapping[str, Sequence[Any]] | None = ...
    ) -> bool: ...
    def hidden_tag(self, *fields: str) -> str: ...
