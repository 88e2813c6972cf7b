"""Text, numbers and dates as a reader sees them."""

from wijkkit.language.messages import glossary as glossary
from wijkkit.language.messages import text as text
from wijkkit.language.numbers import absence as absence
from wijkkit.language.numbers import counted as counted
from wijkkit.language.numbers import day as day
from wijkkit.language.numbers import in_words as in_words
from wijkkit.language.numbers import interval as interval
from wijkkit.language.numbers import large_first as large_first
from wijkkit.language.numbers import listed as listed
from wijkkit.language.numbers import number as number
from wijkkit.language.numbers import percentage as percentage
from wijkkit.language.numbers import points as points
from wijkkit.language.numbers import signed as signed
from wijkkit.language.numbers import small_first as small_first
