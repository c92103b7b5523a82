package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool of interpreters, used by the threads of an executor. */
@Tag("B18")
@Timeout(120)
class PythonInterpreterPoolTest {

    @BeforeEach
    void assume() {
        OwnGil.assume();
    }

    @Test
    void tasksShareTheInterpretersAndFindThemEmpty() throws Exception {
        Set<PythonSubInterpreter> used = Collections.synchronizedSet(
                Collections.newSetFromMap(new IdentityHashMap<>()));
        try (PythonInterpreterPool pool = new PythonInterpreterPool(2);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int number = i;
                results.add(threads.submit(() -> pool.call(python -> {
                    used.add(python);
                    assertEquals(List.of(), python.getAllVariables().names());
                    python.setContext(number % 2 == 0 ? "main" : "other");
                    python.exec("result = " + number + " ** 2");
                    return python.getVariable("result", PythonTypes.INT).getValue();
                })));
            }
            for (int i = 0; i < 30; i++) {
                assertEquals((long) i * i, results.get(i).get());
            }
        }
        assertTrue(used.size() <= 2, used.size() + " interpreters");
        assertTrue(used.stream().allMatch(PythonSubInterpreter::isClosed));
    }

    @Test
    void asManyTasksAsInterpretersAreOnAtATime() throws Exception {
        try (PythonInterpreterPool pool = new PythonInterpreterPool(2);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            CyclicBarrier both = new CyclicBarrier(2);
            List<Future<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(threads.submit(() -> pool.call(python -> {
                    try {
                        return both.await();
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                })));
            }
            assertEquals(1, waiting.get(0).get() + waiting.get(1).get());
        }
    }

    @Test
    void aTaskThatFailsOrClosesLeavesThePoolWhole() throws Exception {
        PythonInterpreterPool pool = new PythonInterpreterPool(1);
        try (pool) {
            assertThrows(PythonException.class, () -> pool.run(python -> python.exec("1 / 0")));
            pool.run(PythonSubInterpreter::close);
            assertEquals("2", pool.call(python -> python.eval("1 + 1").toString()));
        }
        pool.close();
        assertEquals("this PythonInterpreterPool is closed; make another one",
                assertThrows(PythonException.class, () -> pool.run(python -> {})).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new PythonInterpreterPool(0));
    }
}
