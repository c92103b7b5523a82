package org.pythonarium;

import java.nio.file.Files;
import java.nio.file.Path;

/** Opens and closes interpreters again and again, or ends the JVM while some run. */
final class SubInterpreterProgram {

    private SubInterpreterProgram() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "churn" -> churn(Integer.parseInt(arguments[1]));
            default -> exitWhileRunning();
        }
    }

    /** Prints by how many kilobytes the process has grown with each interpreter, and what is left of their threads. */
    private static void churn(int times) throws Exception {
        openAndClose();
        long before = residentKilobytes();
        for (int i = 0; i < times; i++) {
            openAndClose();
        }
        System.out.println((residentKilobytes() - before) / times);
        System.out.println(Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("python interpreter")).count());
    }

    private static void openAndClose() {
        try (PythonSubInterpreter python = new PythonSubInterpreter()) {
            python.exec("import json, threading\nx = [str(i) for i in range(1000)]\ny = json.dumps(x)");
            try {
                python.exec("1 / 0");
            } catch (PythonException expected) {
                python.eval("x");
            }
        }
    }

    private static long residentKilobytes() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
    }

    private static void exitWhileRunning() throws Exception {
        try (PythonSubInterpreter first = new PythonSubInterpreter()) {
            first.exec("x = 1");
        }
        PythonSubInterpreter idle = new PythonSubInterpreter();
        idle.exec("import atexit\natexit.register(print, 'atexit', flush=True)");
        start("while True: pass");
        start("import time\nwhile True: time.sleep(0.01)");
        System.exit(3);
    }

    private static void start(String code) throws Exception {
        PythonSubInterpreter python = new PythonSubInterpreter();
        Path marker = Files.createTempFile("started", "");
        python.setVariable("marker", marker.toString());
        Thread.ofPlatform().daemon().start(() -> {
            try {
                python.exec("import os\nos.remove(marker)\n" + code);
            } catch (PythonException ended) {
                // as it shall
            }
        });
        while (Files.exists(marker)) {
            Thread.onSpinWait();
        }
    }
}
