"""What a network and a city can learn: questions, side by side, clashes, data quality."""
