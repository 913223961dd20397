namespace Optimi;

/// <summary>The errors of pickles.</summary>
internal static class PickleError
{
    /// <summary>The pickle is damaged.</summary>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="what">What is wrong.</param>
    public static CheckpointFormatException Malformed(string name, string what) =>
        new($"{name} is no whole file of torch.save: its data.pkl {what}. Use another copy.");

    /// <summary>The pickle is more than is read.</summary>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="what">What is too much.</param>
    public static CheckpointFormatException TooMuch(string name, string what) =>
        new($"{name} is more than is read: its data.pkl {what}. Save tensors in place of long or nested lists.");

    /// <summary>The pickle holds what is not read.</summary>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="what">What it holds.</param>
    /// <param name="remedy">What to do about it.</param>
    public static CheckpointFormatException NotRead(string name, string what, string remedy = "Save those alone.") =>
        new($"{name} holds {what}, which is not read: only tensors, numbers, texts, lists and dictionaries are. {remedy}");
}
