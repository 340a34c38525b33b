"""uWebSockets through socketify: every message that comes is published to all who subscribed."""
import sys

from socketify import App, OpCode

app = App()
app.ws("/ws", {
    "max_payload_length": 1 << 20,
    # Nobody is to miss a document because others are slow.
    "max_backpressure": 64 << 20,
    "idle_timeout": 600,
    "open": lambda socket: socket.subscribe("bench"),
})
app.ws("/make", {
    "max_payload_length": 1 << 20,
    "idle_timeout": 600,
    "message": lambda socket, message, kind: app.publish("bench", message, OpCode.TEXT),
})
app.listen({"port": int(sys.argv[1]), "host": "127.0.0.1"}, lambda config: None)
app.run()
