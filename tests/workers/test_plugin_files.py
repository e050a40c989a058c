"""The plugins' configuration files: the shipped ones, and mistakes in others."""

import pytest

from transport.settings.file import read, routes
from workers import plugin_files
from workers.errors import PluginFileError
from workers.plugins.shared import connections
from workers.settings import CONFIGURATION, PLUGINS

ACTION = '[action]\nreads = "a"\nsuccess = "b"\nerrors = "c"\nconnection = "claimx"\npath = "/data"\n'


def test_the_shipped_plugins_use_topics_and_connections_that_are_there():
    topics = {entry.topic for entry in routes(read(CONFIGURATION), CONFIGURATION).entries}
    shipped = plugin_files.plugins(PLUGINS)
    assert set(shipped) == {"claimx_mitigation_task", "itel_cabinet_api", "task_notices"}
    for plugin in shipped.values():
        assert {trigger.topic for trigger in plugin.triggers} <= topics
        if plugin.action is not None:
            assert {plugin.action.reads, plugin.action.success, plugin.action.errors} <= topics
            environ = {"CLAIMX_API_URL": "http://127.0.0.1:1", "CLAIMX_API_TOKEN": "t"}
            assert set(connections.named(environ, plugin.action.connections)) == plugin.action.connections


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[action\n", "line 1"),
        ("colour = 'red'", "colour: Extra inputs are not permitted"),
        ("[action]\nreads = 'a'", "action.success: Field required"),
        ("[[triggers]]\ndomain = 'claims'\nevent_types = ['X']\ntopic = 't'", "triggers.0.domain"),
        ("[[triggers]]\ndomain = 'verisk'\nevent_types = []\ntopic = 't'", "triggers.0.event_types"),
        (
            "[[triggers]]\ndomain = 'verisk'\nevent_types = ['X']\ntopic = 't'\nwhere = { colour = ['red'] }",
            "triggers.0.where.colour",
        ),
        (ACTION.replace("/data", "data"), "action.path: Value error, must begin with a slash"),
        (ACTION.replace("/data", "/../data"), "action.path"),
        (ACTION.replace("/data", "/x-{id}"), "action.path: Value error, must have {field} for a whole part"),
        (ACTION + "[[action.steps]]\nkind = 'explode'", "action.steps.0"),
        (
            ACTION
            + "[[action.steps]]\nkind = 'batch'\nsize = 2\nseconds = 1\n"
            + "[[action.steps]]\nkind = 'validate'\n",
            "a batch step can only be the last one",
        ),
        (
            ACTION.replace("/data", "/data/{id}")
            + "[[action.steps]]\nkind = 'batch'\nsize = 2\nseconds = 1\n",
            "a batch is posted to one path",
        ),
        (ACTION + "[[action.steps]]\nkind = 'batch'\nsize = 0\nseconds = 1\n", "steps.0.batch.size"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(text, why, tmp_path):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(PluginFileError) as raised:
        plugin_files.plugins(tmp_path)
    assert str(raised.value).startswith(f"{tmp_path / 'mine.toml'}: ")
    assert why in str(raised.value)


def test_a_file_that_is_no_utf_8_is_named(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff")
    with pytest.raises(PluginFileError, match=r"mine\.toml"):
        plugin_files.plugins(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PluginFileError, match="PLUGINS_DIR"):
        plugin_files.plugins(tmp_path / "nowhere")


def test_two_actions_cannot_read_one_topic(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(ACTION)
    with pytest.raises(PluginFileError, match=r"two\.toml: action\.reads: a is read by one already"):
        plugin_files.plugins(tmp_path)


def test_a_connection_that_is_not_there_is_named(tmp_path):
    (tmp_path / "connections.toml").write_text("")
    with pytest.raises(PluginFileError, match=r"connections\.toml: \[connections\.claimx\] is missing"):
        connections.named({"CONNECTIONS_FILE": str(tmp_path / "connections.toml")}, ["claimx"])
    with pytest.raises(PluginFileError, match="No such file"):
        connections.named({"CONNECTIONS_FILE": str(tmp_path / "nowhere.toml")}, ["claimx"])
