namespace Optimi.Tests;

/// <summary>Keeps what is written to the console, until it is disposed of.</summary>
internal sealed class CapturedConsole : IDisposable
{
    private readonly TextWriter _usualOut = Console.Out;
    private readonly TextWriter _usualError = Console.Error;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public CapturedConsole()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
    }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public void Dispose()
    {
        Console.SetOut(_usualOut);
        Console.SetError(_usualError);
        _out.Dispose();
        _error.Dispose();
    }
}
