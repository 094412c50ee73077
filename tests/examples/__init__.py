"""The examples are content, and content can be wrong: these tests read it as its handlers do."""
