"""The theme of the instance folder, in front of our own templates and files.

A theme never takes the blog down: what cannot be read, compiled or rendered is said
once in the log, and ours stands in.
"""

import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_app_context
from jinja2 import BaseLoader, Environment, Template, TemplateNotFound
from werkzeug.exceptions import HTTPException

from blogapp.site.theme import Theme, read_theme

FOLDER = "theme"
# How a theme's template names the one of ours that it stands in for.
BUILTIN = "builtin/"


def init_app(app: Flask) -> None:
    theme = read_theme(Path(app.instance_path) / FOLDER)
    app.extensions["theme"] = theme
    app.extensions["theme_said"] = set()
    for problem in theme.problems:
        _say_once(app, problem)
    if theme or app.debug:
        _put_templates_first(app)


def current_theme() -> Theme:
    """Return the theme, as it was read at start; afresh with each request in development."""
    if not current_app.debug:
        theme: Theme = current_app.extensions["theme"]
        return theme
    if "theme" not in g:
        g.theme = read_theme(Path(current_app.instance_path) / FOLDER)
        for problem in g.theme.problems:
            _say_once(current_app, problem)
    theme = g.theme
    return theme


def builtin_templates(app: Flask) -> Environment:
    """Return the same templates without the theme's."""
    if "builtin_templates" not in app.extensions:
        loader = app.jinja_env.loader
        plain = loader.builtin if isinstance(loader, ThemeLoader) else loader
        env = app.jinja_env.overlay(loader=plain)
        env.template_class = Template
        app.extensions["builtin_templates"] = env
    found: Environment = app.extensions["builtin_templates"]
    return found


def render_block(name: str, block: str, context: dict[str, Any]) -> str | None:
    """Return one block of a template rendered by itself; None when it has no such block."""
    app = current_app
    try:
        return _render_block(app.jinja_env, name, block, context)
    except HTTPException:
        raise
    except Exception as error:
        if not current_theme().templates:
            raise
        found = _render_block(builtin_templates(app), name, block, context)
        _say_once(app, f"templates/{name}: {_what_failed(error, app)}")
        return found


class ThemeLoader(BaseLoader):
    """Loads the theme's templates first; ours by the same name, or after ``builtin/``."""

    def __init__(self, app: Flask, builtin: BaseLoader) -> None:
        self.app = app
        self.builtin = builtin

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        path = self._theme().templates.get(template)
        if path is None:
            return self.builtin.get_source(environment, template.removeprefix(BUILTIN))
        return path.read_text(encoding="utf-8"), str(path), lambda: False

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        path = self._theme().templates.get(name)
        if path is not None:
            try:
                return super().load(environment, name, globals)
            except TemplateNotFound:
                raise
            except Exception as error:
                _say_once(self.app, f"templates/{name}: {_what_failed(error, self.app)}")
        template = self.builtin.load(environment, name.removeprefix(BUILTIN), globals)
        if self.app.debug and not name.startswith(BUILTIN):
            # The theme may have one by this name in a moment, or one that compiles.
            template._uptodate = lambda: False
        return template

    def list_templates(self) -> list[str]:
        return sorted({*self._theme().templates, *self.builtin.list_templates()})

    def _theme(self) -> Theme:
        if has_app_context():
            return current_theme()
        theme: Theme = self.app.extensions["theme"]
        return theme


class GuardedTemplate(Template):
    """A template that is rendered from ours alone when the theme's part in it fails."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        try:
            return super().render(*args, **kwargs)
        except HTTPException:
            raise
        except Exception as error:
            if not current_theme().templates:
                raise
            _forget_what_was_admitted()
            app = current_app
            # What fails here too is no fault of the theme's, and is not said to be.
            rendered = builtin_templates(app).get_template(str(self.name)).render(*args, **kwargs)
            _say_once(app, f"templates/{self.name}: {_what_failed(error, app)}")
            return rendered


def _put_templates_first(app: Flask) -> None:
    builtin = app.jinja_env.loader
    assert builtin is not None
    app.jinja_env.loader = ThemeLoader(app, builtin)
    app.jinja_env.template_class = GuardedTemplate
    app.jinja_env.auto_reload = app.debug


def _render_block(env: Environment, name: str, block: str, context: dict[str, Any]) -> str | None:
    template = env.get_template(name)
    here = template.new_context(context)
    if block not in template.blocks:
        # A template that extends another knows its blocks once it has begun.
        next(template.root_render_func(here), None)
    found = here.blocks.get(block)
    return "".join(found[0](here)) if found else None


def _say_once(app: Flask, problem: str) -> None:
    said: set[str] = app.extensions["theme_said"]
    if problem not in said:
        said.add(problem)
        app.logger.warning("Theme: %s. The blog's own stands in.", problem.rstrip("."))


def _what_failed(error: Exception, app: Flask) -> str:
    folder = str(app.extensions["theme"].folder)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(folder)]
    line = inside[-1].lineno if inside else getattr(error, "lineno", None)
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {error}{where}"


def _forget_what_was_admitted() -> None:
    for kind in ("script", "style"):
        g.pop(f"admitted_{kind}", None)
