"""What a running blog tells its operator: figures, lines of its log, how long things took.

The lowest layer: whatever happens anywhere may be told here, and nothing here knows the web.
"""
