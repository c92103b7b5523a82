package org.pythonarium;

/** Sets everything, starts as Python would, and then sets again; prints what it finds. */
final class SettingsProgram {

    private SettingsProgram() {}

    public static void main(String[] arguments) {
        print();
        PythonConstants.setPython("some");
        PythonConstants.setDefaultPythonPath("folder");
        PythonConstants.setJavacppPythonAppendType(PythonConstants.JavaCppPathType.NONE);
        PythonConstants.setReleaseGilAutomatically(false);
        PythonConstants.setInitializePython(false);
        PythonConstants.setImportNumpyArray(false);
        PythonConstants.setCreateNpyViaPython(true);
        print();
        PythonConstants.freeze();
        try {
            PythonConstants.setReleaseGilAutomatically(true);
        } catch (PythonException late) {
            System.out.println(late.getMessage());
        }
        PythonConstants.checkUnchanged();
        System.setProperty("org.eclipse.python4j.path", "late");
        try {
            PythonConstants.checkUnchanged();
        } catch (PythonException late) {
            System.out.println(late.getMessage());
        }
    }

    private static void print() {
        System.out.println(PythonConstants.python() + " " + PythonConstants.defaultPythonPath() + " "
                + PythonConstants.javaCppPythonAppendType() + " " + PythonConstants.releaseGilAutomatically() + " "
                + PythonConstants.initializePython() + " " + PythonConstants.importNumpyArray() + " "
                + PythonConstants.createNpyViaPython());
    }
}
