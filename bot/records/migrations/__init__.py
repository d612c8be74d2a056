"""Schema changes, a file each in ``versions/``, written by hand, never changed once released.

The next one copies the newest file and takes the next number; the tests of bot.records fail until
models and migrations agree. They say their types in full and import no model: a model moves on, a
migration does not.
"""
