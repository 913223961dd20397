namespace Optimi.Bench;

/// <summary>Numbers as types, so that the JIT compiles a loop for each.</summary>
internal static class Counts
{
    private static readonly Type[] _all =
        [typeof(Zero), typeof(One), typeof(Two), typeof(Three), typeof(Four), typeof(Five), typeof(Six), typeof(Seven)];

    /// <summary>A number as a type.</summary>
    internal interface ICount
    {
        static abstract int Value { get; }
    }

    /// <summary>The type of a number.</summary>
    public static Type Of(int count) => _all[count];

    private readonly struct Zero : ICount
    {
        public static int Value => 0;
    }

    private readonly struct One : ICount
    {
        public static int Value => 1;
    }

    private readonly struct Two : ICount
    {
        public static int Value => 2;
    }

    private readonly struct Three : ICount
    {
        public static int Value => 3;
    }

    private readonly struct Four : ICount
    {
        public static int Value => 4;
    }

    private readonly struct Five : ICount
    {
        public static int Value => 5;
    }

    private readonly struct Six : ICount
    {
        public static int Value => 6;
    }

    private readonly struct Seven : ICount
    {
        public static int Value => 7;
    }
}
