package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pythonarium.internal.ChildProcess;

/** Types that a program adds, found on its class path. */
class AddedTypesTest {

    @Test
    @Tag("B8")
    void aTypeOfTheProgramConvertsWhereverItsValuesStand() throws Exception {
        String property = "org.pythonarium.python";
        ChildProcess.Ended ended = ChildJvm.run(ChildJvm.builder(
                MoneyProgram.class, Map.of(property, System.getProperty(property, ""))));
        assertEquals("""
                [{'a': 9.50 EUR}]
                [{a=Money[amount=9.50, currency=EUR]}, Money[amount=1.5, currency=CHF]]
                Money[amount=1.5, currency=CHF]
                Money
                """, ended.stdout(), ended::stderr);
    }
}
