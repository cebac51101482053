"""The rules of the checkout that the compiler cannot keep."""
