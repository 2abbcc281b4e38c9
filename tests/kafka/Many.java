import java.util.Arrays;

/** Runs the main method of one class for each further argument, a command line with tabs between its words. */
public class Many {
    public static void main(String[] arguments) throws Exception {
        var main = Class.forName(arguments[0]).getMethod("main", String[].class);
        for (String line : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            main.invoke(null, (Object) line.split("\t"));
        }
    }
}
