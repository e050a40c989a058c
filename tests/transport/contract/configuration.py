"""Where settings come from, and what is said of them."""

import logging

import pytest

from tests.transport.contract.messages import Recorder, fails_at
from transport import ConfigurationError, TransportConfig
from transport.contract import MEMORY


class ConfigurationTests:
    async def test_secrets_never_reach_a_log(self, bench, caplog):
        """41"""
        caplog.set_level(logging.DEBUG)
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"top secret"))
        await bench.send(topic, b"top secret")
        consumer = await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.attempts) >= 2)
        await consumer.stop()
        secrets = [
            part.partition("SharedAccessKey=")[2] for part in bench.config.connection_string.split(";")
        ]
        told = caplog.text + repr(bench.config) + repr(consumer)
        for secret in filter(None, secrets):
            assert secret not in told
        ours = [record.getMessage() for record in caplog.records if record.name == "transport"]
        assert any("the handler failed at 0" in line for line in ours)

    async def test_the_environment_goes_before_the_file_and_an_argument_before_both(self, bench, tmp_path):
        """39"""
        if bench.name == MEMORY:
            pytest.skip("the memory transport has no settings: it is made in code")
        key = {"kafka": "bootstrap_servers", "eventhub": "checkpoint_store"}[bench.name]
        name = {"kafka": "KAFKA_BOOTSTRAP_SERVERS", "eventhub": "EVENTHUB_CHECKPOINT_STORE"}[bench.name]
        path = tmp_path / "pipeline.toml"
        path.write_text(f'[{bench.name}]\n{key} = "file:1"\n')
        bare = {**bench.environment, "PIPELINE_CONFIG": str(path)}
        del bare[name]
        assert getattr(TransportConfig.from_env(bare), key) == "file:1"
        assert getattr(TransportConfig.from_env({**bare, name: "env:1"}), key) == "env:1"
        assert getattr(TransportConfig.from_env({**bare, name: "env:1"}, **{key: "code:1"}), key) == "code:1"

    async def test_what_is_missing_is_named_with_every_place_searched(self, bench):
        """40"""
        if bench.name == MEMORY:
            pytest.skip("the memory transport has no settings: it is made in code")
        name = {"kafka": "KAFKA_BOOTSTRAP_SERVERS", "eventhub": "EVENTHUB_NAMESPACE_CONNECTION_STRING"}[
            bench.name
        ]
        bare = {key: value for key, value in bench.environment.items() if key != name}
        with pytest.raises(ConfigurationError) as caught:
            TransportConfig.from_env(bare)
        assert f"{name} is missing" in str(caught.value)
        assert "the argument" in str(caught.value)
        assert "PIPELINE_CONFIG" in str(caught.value)
