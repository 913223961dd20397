namespace Optimi.Tests;

/// <summary>Rows of test data that only the long run takes.</summary>
internal static class LongRows
{
    /// <summary>Leaves a row to the long run.</summary>
    public static TestCaseData LongIf(this TestCaseData row, bool isLong) =>
        isLong ? row.Explicit("The long run takes it.").SetCategory("Long") : row;
}
