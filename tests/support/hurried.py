"""An event loop whose time passes at once when nothing is left to do, and stands still while a thread is at work."""

import asyncio
import selectors


class _Selector(selectors.DefaultSelector):
    loop = None

    def select(self, timeout=None):
        if self.loop is None or timeout is None or timeout <= 0 or self.loop.working:
            return super().select(0 if timeout is not None and timeout <= 0 else None)
        self.loop.at += timeout
        return super().select(0)


class HurriedLoop(asyncio.SelectorEventLoop):
    """Its seconds are its own: `at` says how many have passed."""

    def __init__(self):
        self.at, self.working = 0.0, 0
        selector = _Selector()
        super().__init__(selector)
        selector.loop = self

    def time(self):
        return self.at

    def run_in_executor(self, *given):
        self.working += 1
        future = super().run_in_executor(*given)
        future.add_done_callback(self._done)
        return future

    def _done(self, _):
        self.working -= 1


def hurried(main):
    """What a coroutine gives, run by such a loop."""
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(main)
