"""`python -m frankmark`."""

from frankmark.launch import main

if __name__ == "__main__":
    main()
