"""The birthday-paradox test: does a generator repeat itself, and how many images does it effectively have?"""
