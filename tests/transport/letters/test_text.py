"""What is printed of a letter holds no secret and drives no terminal."""

import pytest

from transport.letters import text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain words stay", "plain words stay"),
        (
            "Endpoint=sb://ns/;SharedAccessKeyName=k;SharedAccessKey=abc+/=;EntityPath=e",
            "Endpoint=sb://ns/;SharedAccessKeyName=k;SharedAccessKey=(hidden);EntityPath=e",
        ),
        ("AccountName=a;AccountKey=Zm9v==", "AccountName=a;AccountKey=(hidden)"),
        ("https://host/file?sv=1&sig=a%2Fb&se=2", "https://host/file?sv=1&sig=(hidden)&se=2"),
        ("401: Authorization: Bearer eyJhbGciOi.x.y", "401: Authorization: Bearer (hidden)"),
        ('{"password": "hunter2", "user": "ada"}', '{"password": "(hidden)", "user": "ada"}'),
        ("postgres://ada:hunter2@db/x", "postgres://ada:(hidden)@db/x"),
        ("redis://:hunter2@cache:6379/0", "redis://:(hidden)@cache:6379/0"),
        ("\x1b[2Jgone\nnext", "\\x1b[2Jgone\\nnext"),
    ],
)
def test_secrets_and_control_characters_are_taken_out(given, shown):
    assert text.plain(given) == shown
