"""Recording what the program hears of clusters into a file, which is played by `sources/recorded`.

`hearing.py` stands between the app and its connections, and hears what they tell; `writing.py`
writes it down, on a thread of its own. Nothing is asked for the sake of a recording.
"""
