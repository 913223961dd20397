Console.WriteLine("optimi");
