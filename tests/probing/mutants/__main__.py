"""`python . NAME`: run one of the workers."""

import asyncio
import sys

from broken import MUTANTS
from odd import ODD

worker = {each.__name__: each for each in (*MUTANTS, *ODD)}[sys.argv[1]]


async def main():
    await worker().main()


asyncio.run(main())
