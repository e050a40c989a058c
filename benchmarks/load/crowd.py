"""Who reads, who writes, and who restarts a part of the tracker, all at once."""

from __future__ import annotations

import argparse
import asyncio
import random
import re
from collections.abc import Callable

import aiohttp

from benchmarks.load.rows import sign_in
from benchmarks.load.told import WRITE, Told

FORM = re.compile(r'name="seen" value="(\d+)">\s*<\w+ (?:type="hidden" )?name="ticked" value="(\d)"')
FAILURES = (aiohttp.ClientError, TimeoutError, OSError)


async def read(
    told: Told, session: aiohttp.ClientSession, pages: dict[str, list[str]], until: float, pause: float
) -> None:
    await asyncio.sleep(random.uniform(0, pause))
    while told.now < until:
        kind = random.choice([*pages])
        began = told.now
        try:
            async with session.get(random.choice(pages[kind])) as answer:
                await answer.read()
                if answer.status != 200:
                    told.failures.append((told.now, f"{kind}: {answer.status}"))
                else:
                    told.answers.append((began, told.now - began, kind))
        except FAILURES as error:
            told.failures.append((told.now, f"{kind}: {type(error).__name__}"))
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


async def write(
    told: Told, session: aiohttp.ClientSession, page: str, name: str, until: float, pause: float
) -> None:
    await asyncio.sleep(random.uniform(0, pause))
    seen, ticked, number, sure = "0", "1", 0, True
    while told.now < until:
        number += 1
        note, began = f"{name}-{number}", told.now
        data = {"ticked": ticked, "note": note, "seen": seen}
        try:
            async with session.post(page, data=data) as answer:
                text = await answer.text()
                if answer.status == 200:
                    told.acknowledged.append(note)
                    told.answers.append((began, told.now - began, WRITE))
                elif (
                    answer.status != 409 or sure
                ):  # 409: the answer to the write before was lost, not the write
                    told.failures.append((told.now, f"{WRITE}: {answer.status}"))
                sure = answer.status in (200, 409)
                if found := FORM.search(text):
                    seen, ticked = found.groups()
        except FAILURES as error:
            sure = False
            told.failures.append((told.now, f"{WRITE}: {type(error).__name__}"))
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


async def restart(told: Told, after: float, what: str, how: Callable[[], None]) -> None:
    await asyncio.sleep(after)
    told.restarts.append((told.now, what))
    await asyncio.to_thread(how)


async def crowd(
    address: str,
    options: argparse.Namespace,
    pages: dict[str, list[str]],
    items: list[str],
    restarts: dict[str, Callable[[], None]],
) -> Told:
    cookies, token = await asyncio.to_thread(sign_in, options.readers + options.writers)
    told, sessions = Told(), []
    for cookie in cookies:
        session = aiohttp.ClientSession(
            base_url=address,
            cookies={"sessionid": cookie, "csrftoken": token},
            headers={"X-CSRFToken": token},
            timeout=aiohttp.ClientTimeout(total=30),
        )
        sessions.append(session)
    reading, writing = sessions[: options.readers], sessions[options.readers :]
    for session in writing:
        session.headers["HX-Request"] = "true"
    step = options.seconds / (len(restarts) + 1)
    await asyncio.gather(
        *(read(told, one, pages, options.seconds, options.pause) for one in reading),
        *(
            write(told, one, items[number], f"writer{number}", options.seconds, options.pause)
            for number, one in enumerate(writing)
        ),
        *(restart(told, step * (1 + n), what, how) for n, (what, how) in enumerate(restarts.items())),
    )
    for session in sessions:
        await session.close()
    return told
