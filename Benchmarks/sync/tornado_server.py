"""Tornado: every message that comes is written to all who subscribed."""
import asyncio
import sys

from tornado.web import Application
from tornado.websocket import WebSocketHandler

subscribers = set()


class Subscriber(WebSocketHandler):
    def open(self):
        self.set_nodelay(True)
        subscribers.add(self)

    def on_close(self):
        subscribers.discard(self)


class Maker(WebSocketHandler):
    def on_message(self, message):
        for subscriber in subscribers:
            subscriber.write_message(message)


async def main():
    Application([("/ws", Subscriber), ("/make", Maker)]).listen(int(sys.argv[1]), "127.0.0.1",
                                                              backlog=4096)
    await asyncio.Event().wait()


asyncio.run(main())
