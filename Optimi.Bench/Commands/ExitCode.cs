namespace Optimi.Bench;

/// <summary>What the program's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A check failed, or a suite did not run.</summary>
    public const int Failure = 1;

    /// <summary>An option, a file or a device cannot be used.</summary>
    public const int UnusableInput = 2;

    /// <summary>A training's loss was no longer a finite number.</summary>
    public const int Diverged = 3;
}
