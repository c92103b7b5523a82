package org.pythonarium;

/** Does with pip what its arguments say, one call each, and prints what came of it. */
final class PipProgram {

    private PipProgram() {}

    public static void main(String[] calls) {
        for (String call : calls) {
            try {
                System.out.println(answer(call.split(" ")));
            } catch (PythonProcessException failed) {
                System.out.println("exit code " + failed.exitCode().orElse(-1) + ": " + onOneLine(failed.getMessage()));
            } catch (PythonException refused) {
                System.out.println("refused: " + onOneLine(refused.getMessage()));
            }
        }
    }

    private static Object answer(String[] call) {
        switch (call[0]) {
            case "installed?" -> {
                return PythonProcess.isPackageInstalled(call[1]);
            }
            case "version?" -> {
                return PythonProcess.getPackageVersion(call[1]);
            }
            case "install" -> install(call);
            case "uninstall" -> PythonProcess.pipUninstall(call[1]);
            case "requirements" -> PythonProcess.pipInstallFromRequirementsTxt(call[1]);
            case "git" -> PythonProcess.pipInstallFromGit(call[1]);
            case "setup" -> PythonProcess.pipInstallFromSetupScript(call[1], Boolean.parseBoolean(call[2]));
            default -> throw new IllegalArgumentException(call[0]);
        }
        return "done";
    }

    private static void install(String[] call) {
        if (call.length > 2) {
            PythonProcess.pipInstall(call[1], call[2]);
        } else {
            PythonProcess.pipInstall(call[1]);
        }
    }

    private static String onOneLine(String text) {
        return text.replace("\n", " | ");
    }
}
