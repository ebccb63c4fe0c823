"""wslab.browser.tasks: one task at a time, in order, on the page's loop."""

from __future__ import annotations

import asyncio
import threading

from wslab.browser.tasks import TaskQueue, current_queue
from wslab.net.loop import background


async def test_tasks_wait_until_the_page_awaits_and_keep_their_order() -> None:
    ran: list[int] = []
    queue = current_queue()
    posting = threading.Thread(target=lambda: [queue.post(ran.append, i) for i in range(100)])
    posting.start()
    posting.join()
    assert ran == []
    done = asyncio.Event()
    queue.post(done.set)
    await done.wait()
    assert ran == list(range(100))


async def test_who_waits_for_a_task_goes_on_before_the_next_task() -> None:
    loop = asyncio.get_running_loop()
    log: list[str] = []
    future = loop.create_future()
    queue = current_queue()
    queue.post(future.set_result, None)
    queue.post(log.append, "next task")
    await future
    log.append("who waited")
    last = loop.create_future()
    queue.post(last.set_result, None)
    await last
    assert log == ["who waited", "next task"]


async def test_a_task_that_raises_does_not_stop_the_queue() -> None:
    loop = asyncio.get_running_loop()
    seen: list[str] = []
    loop.set_exception_handler(lambda _, context: seen.append(repr(context.get("exception"))))

    def breaks() -> None:
        raise ValueError("a bug in a task")

    last = loop.create_future()
    queue = current_queue()
    queue.post(breaks)
    queue.post(last.set_result, None)
    await last
    assert seen == ["ValueError('a bug in a task')"]


async def test_there_is_one_queue_for_a_loop() -> None:
    assert current_queue() is current_queue()
    assert current_queue()._loop() is asyncio.get_running_loop()


def test_without_a_running_loop_it_is_the_background_loop_s() -> None:
    queue = current_queue()
    assert queue._loop() is background().loop
    ran = threading.Event()
    where: list[str] = []
    queue.post(lambda: where.append(threading.current_thread().name))
    queue.post(ran.set)
    assert ran.wait(5)
    assert where == ["wslab background loop"]


async def test_after_the_task_is_when_the_page_s_code_lets_go() -> None:
    ran: list[str] = []
    queue = current_queue()
    assert queue.after_task(ran.append, "later") is True
    assert ran == []
    await asyncio.sleep(0)
    assert ran == ["later"]
    assert await asyncio.to_thread(queue.after_task, ran.append, "elsewhere") is False


def test_a_closed_loop_takes_no_tasks() -> None:
    loop = asyncio.new_event_loop()
    queue = TaskQueue(loop)
    assert queue.post(print) is True
    loop.close()
    assert queue.post(print) is False
    del loop
    assert queue.post(print) is False
