"""An indicator of this study's own."""

from wijkkit.indicators import indicator


@indicator
def boys_with_high_bmi(height, weight, sex, minimum):
    """BMI (kg per square metre) of `minimum` or more; girls are left out.

    The first wave measured boys only and has no column for sex.
    """
    bmi = weight / (height / 100) ** 2
    measured = bmi.notna() & (sex.isna() | (sex == "boy"))
    return (bmi >= minimum).astype(float).where(measured)
