"""What the page of an import tells of a long report."""

from blogapp.importing.following import Summary


def test_reasons_that_differ_in_names_alone_are_told_once_however_many_they_name():
    summary = Summary()

    for number, names in enumerate(["“a”", "“a” and “b”", "“a”, “b”, “c” and 4 more"]):
        summary.add({"path": f"post/{number}"}, [f"the blocks {names} show nothing here"])

    (reason, count, examples), *others = summary.as_json()["losses"]
    assert (reason, count) == ("the blocks … show nothing here", 3)
    assert examples[2] == ["post/2", "the blocks “a”, “b”, “c” and 4 more show nothing here"]
    assert others == []


def test_what_is_wrong_with_the_whole_stands_before_what_is_wrong_often():
    summary = Summary()
    for path in ("a", "b", "c"):
        summary.add({"path": path, "result": "made"}, ["the picture gone.png is not there"])
    summary.add({"path": "old.xml", "result": "noted"}, ["the file ends in the middle"])

    told = [reason for reason, *_rest in summary.as_json()["losses"]]

    assert told == ["the file ends in the middle", "the picture … is not there"]
