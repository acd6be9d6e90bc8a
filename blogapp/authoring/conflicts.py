"""Two texts where one was expected: shown side by side until somebody decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.editor import show_editor
from blogapp.authoring.forms import PostForm
from blogapp.authoring.guarding import demand_token, get_post
from blogapp.authoring.notices import complain, say
from blogapp.extensions import csrf, db
from blogapp.posts import branching, deciding, drafting
from blogapp.posts.branching import Branch, list_open_branches
from blogapp.posts.content import ON, SWITCHES, Content
from blogapp.posts.deciding import Decision, Matter
from blogapp.posts.journaling import new_client
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.reconciling import Reconciled
from blogapp.posts.writing import normalised
from blogapp.text.differences import Kind, compare_words
from blogapp.text.merging import Merge, Part, both
from blogapp.text.name_lists import clean
from blogapp.web.access import current_author
from blogapp.web.clock import now
from blogapp.web.filters import current_site

# What one page shows: so many places, and so many characters of them.
MOST_PLACES = 100
MOST_SHOWN = 150_000
LONGEST_SIDE = 4_000
# What is around a place is shown to the ends of its line, if that is not far.
AROUND = 160
MOST_MERGED = 50
CHOICES = ("theirs", "yours", "both", "edited")

Stretches = Sequence[tuple[Kind, str]]


@dataclass(frozen=True)
class Place:
    """A place of the text to decide about: both sides, marked against what they grew out of."""

    number: int
    before: str
    after: str
    theirs: Stretches
    yours: Stretches
    # What can be edited here; None where it is too long.
    text: str | None
    result: dict[str, str]


@dataclass(frozen=True)
class Field:
    """A field that two people filled in differently."""

    name: str
    label: str
    theirs: str
    yours: str


def show(id: int) -> AnyResponse:
    """Show what is to be decided; `text=yours` or `text=theirs` answers one side whole."""
    post = get_post(id)
    branch = _find(post)
    if branch is None:
        waiting = list_open_branches(post_id=id, limit=1)
        if waiting:
            return redirect(url_for(".show_conflict", id=id, branch=waiting[0].id), code=303)
        say(_("There is nothing to decide about this post."))
        return redirect(url_for(".edit_post", id=id), code=303)
    if side := request.args.get("text"):
        return _whole(post, branch, side)
    return show_branch(branch)


def decide(id: int) -> AnyResponse:
    """Make one text of two as was chosen, and go on to the next or to the editor."""
    post = get_post(id)
    branch = _find(post)
    if branch is None:
        say(_("This was decided already."))
        return redirect(url_for(".edit_post", id=id), code=303)
    if "drop" in request.form:
        return _let_go(post, branch)
    try:
        decision = Decision(_number("head"), _number("last"), _choose)
        left = deciding.decide(post, branch, decision, author_id=current_author().id, now=now())
    except LookupError:
        db.session.rollback()
        complain(_("Both texts have moved on. Look at them again; nothing is lost."))
        return redirect(url_for(".show_conflict", id=id, branch=branch.id), code=303)
    except Undecided:
        db.session.rollback()
        return show_branch(branch, status=422)
    db.session.commit()
    if left:
        complain(_("While you were deciding, more was typed in the same places."))
        return redirect(url_for(".show_conflict", id=id, branch=left.id), code=303)
    say(_("Both are one text now."))
    return _go_on(id)


@csrf.exempt  # checks the token itself, so that a stale one loses no text
def keep_apart(id: int) -> AnyResponse:
    """Make a draft of its own of what was typed, or of a branch, beside its post."""
    post = get_post(id)
    if "branch" not in request.form:
        return _keep_copy(post)
    demand_token()
    branch = _find(post)
    if branch is None:
        say(_("This was decided already."))
        return redirect(url_for(".edit_post", id=id), code=303)
    deciding.let_go(branch, now=now())
    copy = _copied(post, branch.content)
    say(_("Your text is a draft of its own now. The other post is as it was."))
    return redirect(url_for(".edit_post", id=copy.id), code=303)


def _keep_copy(post: Post) -> AnyResponse:
    form = PostForm()
    form.validate()
    if "csrf_token" in form.errors:
        return show_editor(form, post, status=422)
    copy = _copied(post, form.content(drafting.working_copy(post)))
    say(_("Your text is a draft of its own now. The other post is as it was."))
    return redirect(url_for(".edit_post", id=copy.id), code=303)


def _copied(post: Post, content: Content) -> Post:
    author = current_author()
    language = current_site().language
    copy = drafting.start(
        new_client(), author=author, language=language, is_page=post.is_page, now=now()
    )
    given = drafting.working_copy(copy)
    title = _("%(title)s (copy)", title=content["title"] or _("Untitled"))
    own = {"title": title, "slug": "", "pinned": "", "unlisted": "", "authors": given["authors"]}
    drafting.write_content(copy, content.changed(own), author_id=author.id, now=now())
    for used in post.media:
        db.session.add(PostMedia(post_id=copy.id, name=used.name, media_id=used.media_id))
    db.session.commit()
    return copy


def reopen(id: int) -> AnyResponse:
    """Take back that a branch was let go."""
    post = get_post(id)
    branch = branching.find(_number("branch"))
    if branch is None or branch.post_id != post.id:
        abort(404)
    branching.reopen_branch(branch)
    db.session.commit()
    return redirect(url_for(".show_conflict", id=id, branch=branch.id), code=303)


def show_branch(branch: Branch, *, status: int = 200) -> Response:
    """Answer with what is to be decided about ``branch``."""
    post = get_post(branch.post_id)
    matter = deciding.look_at(post, branch, now=now())
    merge = matter.merged.body.gathered(MOST_PLACES)
    page = render_template(
        "authoring/conflict.html",
        post=post,
        state=post.state(now()),
        branch=branch,
        is_mine=branch.author_id == current_author().id,
        head=matter.head,
        by=", ".join(matter.by) or _("somebody"),
        title=matter.theirs["title"] or post.title,
        fields=_fields(matter),
        places=_places(merge),
        merged=_merged_cleanly(merge),
        chosen=request.form if status == 422 else {},
        waiting=[b for b in list_open_branches(post_id=post.id) if b.id != branch.id],
    )
    return make_response(page, status)


class Undecided(Exception):
    """Something on the page was left open."""


def _choose(merged: Reconciled) -> Content:
    """Return what was chosen on the page that showed ``merged``."""
    fields = {}
    for clash in merged.clashes:
        choice = _choice(f"field-{clash.name}", ("theirs", "yours"))
        fields[clash.name] = clash.theirs if choice == "theirs" else clash.yours
    merge = merged.body.gathered(MOST_PLACES)
    texts = [_chosen(place) for place in _places(merge, marked=False)]
    return merged.content.changed(fields, merge.resolved(texts))


def _chosen(place: Place) -> str:
    choice = _choice(f"place-{place.number}", CHOICES)
    if choice != "edited":
        return place.result[choice]
    if place.text is None:
        raise Undecided
    return normalised(clean(request.form.get(f"text-{place.number}")))


def _choice(name: str, among: Sequence[str]) -> str:
    choice = request.form.get(name) or request.form.get("rest", "")
    if choice not in among:
        raise Undecided
    return choice


def _fields(matter: Matter) -> list[Field]:
    labels = PostForm(formdata=None)
    return [
        Field(
            clash.name,
            label=str(labels[clash.name].label.text),
            theirs=_said(clash.name, clash.theirs),
            yours=_said(clash.name, clash.yours),
        )
        for clash in matter.merged.clashes
    ]


def _said(name: str, value: str) -> str:
    if name in SWITCHES:
        return _("Yes") if value == ON else _("No")
    return value


def _places(merge: Merge, *, marked: bool = True) -> list[Place]:
    """Return the conflicts as a page shows them; unmarked they are quicker to have."""
    count = len(merge.conflicts) or 1
    longest = max(300, min(LONGEST_SIDE, MOST_SHOWN // (3 * count)))
    places: list[Place] = []
    for n, part in enumerate(merge.parts):
        if part.kind != "conflict":
            continue
        before = "".join(p.text for p in merge.parts[max(0, n - 3) : n])
        after = "".join(p.text for p in merge.parts[n + 1 : n + 4])
        places.append(_place(len(places), part, before, after, longest if marked else None))
    return places


def _place(number: int, part: Part, before: str, after: str, longest: int | None) -> Place:
    joined = both(part, before[-AROUND:], after[:AROUND])
    is_short = max(len(part.theirs), len(part.yours)) <= LONGEST_SIDE
    return Place(
        number,
        before=_end_of_line(before),
        after=_start_of_line(after),
        theirs=_marked(part.ancestor, part.theirs, longest),
        yours=_marked(part.ancestor, part.yours, longest),
        text=joined if is_short else None,
        result={"theirs": part.theirs, "yours": part.yours, "both": joined},
    )


def _marked(ancestor: str, text: str, longest: int | None) -> Stretches:
    """Return ``text`` with what is new in it, and what was taken out; a long one in outline."""
    if longest is None:
        return []
    if len(text) <= longest and len(ancestor) <= longest:
        return compare_words(ancestor, text)
    if len(text) <= longest:
        return [("added", text)]
    half = longest // 2
    left_out = len(text) - 2 * half
    return [("added", text[:half]), ("skipped", str(left_out)), ("added", text[-half:])]


def _end_of_line(text: str) -> str:
    return text[-AROUND:].rpartition("\n")[2]


def _start_of_line(text: str) -> str:
    return text[:AROUND].partition("\n")[0]


def _merged_cleanly(merge: Merge) -> tuple[int, list[tuple[str, Stretches]]]:
    """Return how many places were merged without a question, and the first: whose, and what."""
    found = [part for part in merge.parts if part.kind in ("theirs", "yours", "both")]
    first = found[:MOST_MERGED]
    return len(found), [(p.kind, _marked(p.ancestor, p.text, 2 * AROUND)) for p in first]


def _whole(post: Post, branch: Branch, side: str) -> Response:
    if side == "yours":
        text = branch.content.body
    elif side == "theirs":
        text = drafting.working_copy(post).body
    else:
        abort(404)
    return Response(text, mimetype="text/plain")


def _let_go(post: Post, branch: Branch) -> AnyResponse:
    deciding.let_go(branch, now=now())
    db.session.commit()
    undo = url_for(".reopen_branch", id=post.id, branch=branch.id)
    say(_("Let go. The post is as the other text has it."), undo=undo)
    return _go_on(post.id)


def _go_on(id: int) -> AnyResponse:
    waiting = list_open_branches(post_id=id, limit=1)
    if waiting:
        return redirect(url_for(".show_conflict", id=id, branch=waiting[0].id), code=303)
    return redirect(url_for(".edit_post", id=id), code=303)


def _find(post: Post) -> Branch | None:
    """Return the branch that is asked for, which is open and of ``post``; 404 for another's."""
    given = request.values.get("branch", "")
    if not given:
        return None
    branch = branching.find(_number("branch"))
    if branch is None or branch.post_id != post.id:
        abort(404)
    return None if branch.is_settled else branch


def _number(name: str) -> int:
    text = request.values.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text)
