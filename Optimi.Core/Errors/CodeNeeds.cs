namespace Optimi;

/// <summary>Why some of the library does not work in every kind of program.</summary>
internal static class CodeNeeds
{
    public const string Ilgpu = "ILGPU generates code at run time.";

    public const string WholeIlgpu = "ILGPU looks types up by reflection; keep it whole by <TrimmerRootAssembly Include=\"ILGPU\" />.";

    public const string ClosedTypes =
        "The loops of a rule are closed over storage and registers at run time. Programs that the JIT compiles can do that, trimmed ones"
        + " and file-based ones too; native AOT cannot.";

    public const string SaidByCallers = "The public members that lead here say so.";
}
