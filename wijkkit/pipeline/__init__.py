"""The order of the rooms: what a city notebook calls, step by step."""
