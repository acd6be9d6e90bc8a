from blogapp.web.jobs import _only_one, handlers


def test_one_process_of_all_works_and_another_takes_over(app):
    with _only_one(app) as first, _only_one(app) as second:
        assert (first, second) == (True, False)

    with _only_one(app) as third:
        assert third


def test_a_test_runs_no_thread_and_each_kind_of_work_is_known(app, browser):
    browser.get("/healthz")

    assert app.extensions["jobs"].process == 0
    assert {"variants", "purge"} <= handlers(app).keys()
