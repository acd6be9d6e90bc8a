"""What runs in the child process of `confining`: it renders what it is handed, within limits.

Started as ``python -m blogapp.text.confined``. It ends when its parent does, because then its
pipe ends; a rendering that takes too long it does not live to see the end of.
"""

import logging
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from blogapp.text import markdown
from blogapp.text.limiting import limit, most_memory, prepare_signals, take_pipes, unlimit
from blogapp.text.messages import TooLong, read_as, receive, send

# A process that once was this large keeps most of it: another one takes its place.
LARGEST_AT_REST = 256 * 1024 * 1024


def serve() -> None:
    """Answer jobs until there are no more."""
    source, target = take_pipes()
    prepare_signals()
    # Linux starts to count at what the parent weighed (getrusage(2), across execve).
    at_first = most_memory()
    try:
        while True:
            job = receive(source)
            send(target, {"begun": True})
            limit(job["seconds"], job["memory"])
            answer = _Rendering(source, target, job).answer()
            is_last = most_memory() > max(LARGEST_AT_REST, at_first) or "failed" in answer
            _tell(target, answer | {"last": is_last})
            unlimit()
            if is_last:
                return
    except (EOFError, BrokenPipeError):
        return


def _tell(target: int, answer: dict[str, Any]) -> None:
    try:
        send(target, answer)
    except (TooLong, MemoryError):
        send(target, {"failed": "what came of it is too large", "last": True})


class _Rendering:
    def __init__(self, source: int, target: int, job: dict[str, Any]) -> None:
        self.source = source
        self.target = target
        self.job = job

    def answer(self) -> dict[str, Any]:
        options: dict[str, Any] = {name: self.asking(name) for name in self.job["asked"]}
        try:
            rendered = markdown.render(self.job["body"], **options | self.job["options"])
        except (EOFError, BrokenPipeError):
            raise
        except MemoryError:
            return {"failed": "it takes too much memory"}
        except Exception as error:
            logging.getLogger(__name__).exception("a body could not be rendered")
            return {"failed": f"{type(error).__name__}"}
        return {"rendered": rendered}

    def asking(self, name: str) -> Callable[..., Any]:
        """Return a function that lets the parent answer, and asks nothing twice."""
        _, kind = get_args(get_type_hints(markdown.render)[name])
        known: dict[tuple[Any, ...], Any] = {}

        def ask(*of: Any) -> Any:
            if of not in known:
                send(self.target, {"ask": name, "of": of})
                known[of] = read_as(kind, receive(self.source))
            return known[of]

        return ask


if __name__ == "__main__":
    serve()
