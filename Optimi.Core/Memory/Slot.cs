namespace Optimi;

/// <summary>The numbers of the slots.</summary>
internal static class Slot
{
    public const int Values = 0;

    public const int Gradients = 1;

    public const int Compensation = 2;

    /// <summary>The first state; the others follow.</summary>
    public const int FirstState = 3;

    /// <summary>The average of the parameters.</summary>
    public const int Average = FirstState + StateTypes.Count;

    /// <summary>The headers of states that are stored in groups.</summary>
    public const int Headers = Average + 1;

    public const int Count = Headers + 1;
}
