# Runs the tests of a module in the guest: `unittests.py MODULE REPORT DONE`. Appends a line to the file REPORT before
# each test (`begin`) and after it (`ok`, `fail` or `skip`, with the reason), at once, since a test may trap. The tests
# that the file DONE names are left out.
import os, sys, unittest

_, module, out, done = sys.argv
sys.argv[1:] = []
with open(done, encoding='utf-8') as file:
    left_out = set(file.read().split('\n'))

report = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def tell(word, test, why=''):
    reason = ' '.join(str(why).split())[-300:]
    os.write(report, f'{word}\t{test.id()}\t{reason}\n'.encode('utf-8', 'backslashreplace'))


def last_line(error):
    return str(error[1]) if error[0] is None else f'{error[0].__name__}: {error[1]}'


class Result(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        tell('begin', test)

    def addSuccess(self, test):
        tell('ok', test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        tell('fail', test, last_line(error))

    def addError(self, test, error):
        super().addError(test, error)
        tell('fail', test, last_line(error))

    def addSkip(self, test, reason):
        tell('skip', test, reason)

    def addExpectedFailure(self, test, error):
        tell('ok', test)

    def addUnexpectedSuccess(self, test):
        tell('fail', test, 'succeeded unexpectedly')

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            tell('fail', test, f'{subtest._subDescription()} {last_line(error)}')


def without(suite):
    for item in suite:
        if not isinstance(item, unittest.TestSuite):
            if item.id() not in left_out:
                yield item
        else:
            kept = list(without(item))
            if kept:
                yield type(item)(kept)


unittest.TestSuite(without(unittest.defaultTestLoader.loadTestsFromName(module))).run(Result())
os.write(report, b'end\t\t\n')
