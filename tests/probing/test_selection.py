"""Which workers are meant by what was typed."""

import pytest

from migration_tracker.probing import SelectionError
from migration_tracker.probing.selection import choose

WORKERS = [
    "claimx/download_worker",
    "claimx/upload_worker",
    "plugins/itel/api_worker",
    "verisk/download_worker",
]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["all"], WORKERS),
        (
            ["verisk/download_worker", "claimx/upload_worker"],
            ["claimx/upload_worker", "verisk/download_worker"],
        ),
        (["claimx/*"], ["claimx/download_worker", "claimx/upload_worker"]),
        (["plugins/**"], ["plugins/itel/api_worker"]),
        (["**/download_worker", "verisk/*"], ["claimx/download_worker", "verisk/download_worker"]),
    ],
)
def test_names_globs_and_all(wanted, chosen):
    assert choose(wanted, WORKERS) == chosen


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (
            "claimx/downlod_worker",
            "no worker is called 'claimx/downlod_worker'; did you mean claimx/download_worker",
        ),
        ("api_worker", "did you mean plugins/itel/api_worker?"),
        ("zzz/*", "no worker is called 'zzz/*'"),
    ],
)
def test_what_means_nobody_is_told_with_what_may_be_meant(want, said):
    with pytest.raises(SelectionError) as wrong:
        choose([want], WORKERS)
    assert said in str(wrong.value)


def test_a_definition_that_finds_no_worker_is_told():
    with pytest.raises(SelectionError, match=r"include in its \[workers\]"):
        choose(["all"], [])
