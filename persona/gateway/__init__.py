"""What stands between the internet and the mascot: who asks, how often, which request, answered once. No rasa, no sanic."""
