"""The first administrator: with `init`, or afterwards in a place that was made before there were any, and once."""

import pytest
from support.site import Site

from custodiet.main import main
from custodiet.main.stores import open_store
from custodiet.model.staff import Function


def roles(site):
    store = open_store(site.settings, read_only=True)
    try:
        with store.reading() as view:
            return [(one.actor, one.function, one.first, one.approved_by) for one in view.roles()]
    finally:
        store.close()


def test_a_place_without_one_gets_one_and_only_one(tmp_path, capsys):
    site = Site(tmp_path, 0)
    where = [*map(str, site.where)]
    main(["administrator", "admin-ada", *where])
    assert "the first administrator is admin-ada: recorded as an exception" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="not_the_first"):
        main(["administrator", "admin-eve", *where])
    assert roles(site) == [("admin-ada", Function.ADMINISTRATOR, True, None)]


def test_no_process_of_ours_is_one(tmp_path):
    site = Site(tmp_path, 0)
    with pytest.raises(SystemExit, match="a process decides nothing"):
        main(["administrator", "clock", *map(str, site.where)])
    assert roles(site) == []
